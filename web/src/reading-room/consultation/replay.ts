import type { ConsultationPlace } from "../../read/room-message.js";
import type { ReadingRoom } from "../room.js";
export async function replay(_room: ReadingRoom, _place: ConsultationPlace): Promise<boolean> { return false; }
