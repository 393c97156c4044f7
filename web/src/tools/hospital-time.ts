/** The hospital's clock, which all pages go by, wherever a doctor looks from. */

export const HOSPITAL_TIME = { timeZone: "Asia/Ho_Chi_Minh" } as const;
