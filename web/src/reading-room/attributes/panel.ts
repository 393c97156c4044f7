/** All attributes of the shown instance, searchable, as they are written in the file. */

import { fill } from "../../page.js";
import { make } from "../../tools/elements.js";
import type { Said } from "../../tools/language.js";
import type { Room } from "../feature.js";
import { metadataOf } from "../study-metadata.js";
import { matching, parseNames, rowsOf, type NameOf, type Row } from "./rows.js";

interface Words {
  readonly title: string;
  readonly search: string;
  readonly asWritten: string;
  readonly reading: string;
  readonly failed: string;
  readonly none: string;
  readonly noImage: string;
  readonly found: string;
  readonly more: string;
  readonly whole: string;
  readonly columns: readonly [tag: string, name: string, vr: string, value: string];
  readonly item: string;
  readonly items: string;
  readonly bytes: string;
  readonly elsewhere: string;
}

const WORDS: Said<Words> = {
  vi: {
    title: "Mọi thuộc tính DICOM",
    search: "Tìm theo thẻ, tên hoặc giá trị",
    asWritten: "Đúng như ghi trong tệp gốc; họ tên, ngày sinh có thể khác thông tin đã được bệnh viện sửa.",
    reading: "Đang đọc…",
    failed: "Chưa đọc được. Chuyển ảnh hoặc mở lại để thử lại.",
    none: "Không lưu thuộc tính nào của ảnh này.",
    noImage: "Ô đang chọn chưa có ảnh.",
    found: "{count} dòng",
    more: "Hiện thêm",
    whole: "Hiện hết giá trị",
    columns: ["Thẻ", "Tên", "VR", "Giá trị"],
    item: "Mục {number}",
    items: "{count} mục",
    bytes: "{count} byte",
    elsewhere: "dữ liệu lớn, không hiển thị ở đây",
  },
  en: {
    title: "All DICOM attributes",
    search: "Search by tag, name or value",
    asWritten: "As written in the original file; name and date of birth may differ from what the hospital has corrected.",
    reading: "Reading…",
    failed: "This could not be read. Go to another image or open it again to retry.",
    none: "No attributes of this image are stored.",
    noImage: "The active pane has no image yet.",
    found: "{count} rows",
    more: "Show more",
    whole: "Show the whole value",
    columns: ["Tag", "Name", "VR", "Value"],
    item: "Item {number}",
    items: "{count} items",
    bytes: "{count} bytes",
    elsewhere: "large data, not shown here",
  },
};

/** Rows drawn at once: an image of a thousand frames has tens of thousands. */
const ROWS_AT_ONCE = 400;
const VALUE_LENGTH_MAX = 160;
/** Whoever scrolls does not have each image read. */
const REST_MS = 150;

let names: Promise<NameOf> | null = null;

function fetchNames(): Promise<NameOf> {
  names ??= import("./names.txt?raw").then((module) => parseNames(module.default));
  names.catch(() => (names = null));
  return names;
}

export class AttributePanel {
  private readonly words;
  private readonly search;
  private readonly status = make("p", { role: "status" });
  private readonly body = make("tbody");
  private readonly more;
  private readonly element;
  private rows: readonly Row[] = [];
  private drawnRows = ROWS_AT_ONCE;
  /** Which instance the rows are of. */
  private shown = "";
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly room: Room) {
    const words = (this.words = WORDS[room.language]);
    this.search = make("input", { type: "search", autocomplete: "off", spellcheck: "false" });
    this.search.addEventListener("input", () => this.filter());
    this.more = make("button", { type: "button", hidden: true }, words.more);
    this.more.addEventListener("click", () => this.showMore());
    const head = make("tr", {}, ...words.columns.map((column) => make("th", { scope: "col" }, column)));
    const table = make("table", {}, make("caption", {}, words.asWritten), make("thead", {}, head), this.body);
    this.element = make("div", { class: "room-attributes", "data-patient": true }, make("label", {}, make("span", {}, words.search), this.search), this.status, table, this.more);
    room.listen({ onActive: () => this.follow(), onChange: (pane) => (pane === room.active ? this.follow() : undefined) });
  }

  open(): void {
    this.room.setPanel(this.words.title, this.element);
    this.search.focus();
    void this.read();
  }

  private follow(): void {
    if (this.element.isConnected) {
      clearTimeout(this.timer ?? undefined);
      this.timer = setTimeout(() => void this.read(), REST_MS);
    }
  }

  private async read(): Promise<void> {
    const { study, pane } = this.room.active;
    const frame = pane.index?.frames[pane.frame];
    const series = pane.series?.seriesInstanceUid ?? "";
    const wanted = frame === undefined ? "" : `${series}/${frame.sopInstanceUid}`;
    if (wanted !== "" && wanted === this.shown) {
      return;
    }
    this.shown = wanted;
    this.set([], study === null || frame === undefined ? this.words.noImage : this.words.reading);
    if (study === null || frame === undefined) {
      return;
    }
    try {
      const [file, nameOf] = await Promise.all([metadataOf(study.grant).instance(series, frame.sopInstanceUid), fetchNames()]);
      if (this.shown === wanted) {
        this.set(file === null ? [] : rowsOf(file, nameOf), file === null ? this.words.none : null);
      }
    } catch {
      if (this.shown === wanted) {
        this.shown = "";
        this.set([], this.words.failed);
      }
    }
  }

  /** `said`: in place of the number of rows. */
  private set(rows: readonly Row[], said: string | null): void {
    this.rows = rows;
    this.filter(said);
  }

  private filter(said: string | null = null): void {
    this.drawnRows = ROWS_AT_ONCE;
    const found = this.draw();
    this.status.textContent = said ?? fill(this.words.found, { count: found });
  }

  private showMore(): void {
    const before = this.drawnRows;
    this.drawnRows += ROWS_AT_ONCE;
    this.draw();
    // The keyboard goes on where the new rows begin.
    const next = this.body.children[before];
    if (next instanceof HTMLElement) {
      next.tabIndex = -1;
      next.focus();
    }
  }

  private draw(): number {
    const rows = matching(this.rows, this.search.value);
    this.body.replaceChildren(...rows.slice(0, this.drawnRows).map((row) => this.drawn(row)));
    this.more.hidden = rows.length <= this.drawnRows;
    return rows.filter(({ item }) => item === null).length;
  }

  private drawn(row: Row): HTMLElement {
    const indent = (cell: HTMLElement) => {
      cell.style.paddingInlineStart = `${0.4 + row.depth}rem`;
      return cell;
    };
    if (row.item !== null) {
      const head = make("th", { scope: "rowgroup", colspan: 4 }, fill(this.words.item, { number: row.item }));
      return make("tr", { class: "room-item" }, indent(head));
    }
    return make(
      "tr",
      { class: row.isPrivate ? "is-private" : "" },
      indent(make("td", {}, row.tag)),
      make("th", { scope: "row" }, row.name),
      make("td", {}, row.vr),
      make("td", {}, ...this.value(row)),
    );
  }

  private value({ value, bytes, isElsewhere, items }: Row): readonly (Node | string)[] {
    if (items !== null) {
      return [fill(this.words.items, { count: items })];
    }
    if (bytes !== null || isElsewhere) {
      return [bytes === null ? this.words.elsewhere : fill(this.words.bytes, { count: bytes })];
    }
    if (value.length <= VALUE_LENGTH_MAX) {
      return [value];
    }
    const whole = make("button", { type: "button" }, this.words.whole);
    const text = document.createTextNode(`${value.slice(0, VALUE_LENGTH_MAX)}… `);
    whole.addEventListener("click", () => {
      text.data = value;
      whole.remove();
    });
    return [text, whole];
  }
}
