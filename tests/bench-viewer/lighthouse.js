export async function audit() {}
