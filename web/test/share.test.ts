import { afterEach, beforeEach, expect, it, vi } from "vitest";

const LINK = "https://example.vn/s/abc";

/** The parts of a new share's page that its script uses. */
function page() {
  const element = (texts: Record<string, string> = {}, textContent = "") => {
    const clicks: (() => void)[] = [];
    return {
      dataset: texts,
      textContent,
      hidden: true,
      addEventListener: (_: string, act: () => void) => clicks.push(act),
      click: () => clicks.forEach((act) => act()),
    };
  };
  const elements = {
    "share-link": element({}, ` ${LINK} `),
    "share-done": element({ copied: "copied", byHand: "by hand" }),
    "share-copy": element(),
    "share-send": element({ title: "Images shared with you" }),
  };
  const document = {
    title: "Share made for Dr Minh",
    body: { append: () => undefined },
    activeElement: null,
    getElementById: (id: keyof typeof elements) => elements[id],
    createElement: () => ({ select: () => undefined, setSelectionRange: () => undefined, remove: () => undefined }),
    execCommand: () => false,
  };
  return { elements, document };
}

const marked = vi.fn();

async function open(navigator: object) {
  const { elements, document } = page();
  vi.stubGlobal("document", document);
  vi.stubGlobal("navigator", navigator);
  vi.stubGlobal("getSelection", () => ({ selectAllChildren: marked }));
  vi.resetModules();
  await import("../src/share.js");
  return elements;
}

const refuse = (name: string) => () => Promise.reject(Object.assign(new Error(), { name }));

beforeEach(() => marked.mockReset());
afterEach(() => vi.unstubAllGlobals());

it("a link that the browser refuses to copy is marked, and the page says what to do", async () => {
  const elements = await open({ clipboard: { writeText: refuse("NotAllowedError") } });
  elements["share-copy"].click();
  await vi.waitFor(() => expect(elements["share-done"].textContent).toBe("by hand"));
  expect(marked).toHaveBeenCalledWith(elements["share-link"]);
  expect(elements["share-send"].hidden, "no button for what the browser cannot do").toBe(true);
});

it("so it is where sharing is refused, but not where it is closed", async () => {
  const elements = await open({ share: refuse("NotAllowedError") });
  elements["share-send"].click();
  await vi.waitFor(() => expect(elements["share-done"].textContent).toBe("by hand"));
  const closed = await open({ share: refuse("AbortError") });
  marked.mockReset();
  closed["share-send"].click();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([closed["share-done"].textContent, marked.mock.calls.length]).toEqual(["", 0]);
});

it("what goes to the receiver does not name whom the owner made it for", async () => {
  const share = vi.fn(() => Promise.resolve());
  const elements = await open({ share });
  elements["share-send"].click();
  expect(share).toHaveBeenCalledWith({ title: "Images shared with you", url: LINK });
});
