// What pages can do beyond their HTML: pictures that open large, a calm note where one fails, the choice of language.
// Everything is readable without this file.

"use strict";

const words = document.documentElement.lang.startsWith("zh")
  ? { close: "关闭", earlier: "上一张", later: "下一张", large: "图片" }
  : { close: "Close", earlier: "Previous picture", later: "Next picture", large: "Picture" };

// --- pictures that fail ---------------------------------------------------------------------------------------------

/** Show the note in place of a picture that did not come. */
function fail(image) {
  image.closest(".picture")?.classList.add("failed");
}

for (const image of document.querySelectorAll(".picture img")) {
  if (image.complete && image.naturalWidth === 0) {
    fail(image); // before this script ran
  }
  image.addEventListener("error", () => fail(image));
}

// --- pictures that open large ---------------------------------------------------------------------------------------

/** A button of the large view. */
function button(name, sign, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `large-${name}`;
  made.setAttribute("aria-label", words[name]);
  made.textContent = sign;
  made.addEventListener("click", act);
  return made;
}

/** The large view of the pictures of a page; made when the first one is opened. */
class LargeView {
  constructor(links) {
    this.links = links;
    this.at = 0;
    this.dialog = document.createElement("dialog");
    this.dialog.className = "large";
    this.dialog.setAttribute("aria-label", words.large);
    this.image = document.createElement("img");
    this.image.referrerPolicy = "no-referrer";
    this.text = document.createElement("p");
    const close = button("close", "×", () => this.dialog.close());
    this.earlier = button("earlier", "‹", () => this.move(-1));
    this.later = button("later", "›", () => this.move(1));
    this.dialog.append(this.image, this.text, this.earlier, this.later, close);
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog || event.target === this.image) {
        this.dialog.close();
      }
    });
    this.dialog.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) {
        event.preventDefault();
        this.move(step);
      }
    });
    document.body.append(this.dialog);
  }

  /** The pictures that can be seen: those that failed are passed over. */
  open(link) {
    this.seen = this.links.filter((one) => !one.closest(".picture.failed"));
    this.at = this.seen.indexOf(link);
    if (this.at >= 0) {
      this.show();
      this.dialog.showModal();
    }
    return this.at >= 0;
  }

  move(step) {
    const next = this.at + step;
    if (next >= 0 && next < this.seen.length) {
      this.at = next;
      this.show();
    }
  }

  show() {
    const link = this.seen[this.at];
    const small = link.querySelector("img");
    this.image.src = link.href;
    this.image.alt = small.alt;
    this.text.textContent = this.seen.length > 1 ? `${small.alt}  (${this.at + 1} / ${this.seen.length})` : small.alt;
    this.earlier.disabled = this.at === 0;
    this.later.disabled = this.at === this.seen.length - 1;
  }
}

const links = [...document.querySelectorAll("a[data-large]")];
let view = null;
for (const link of links) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) {
      return; // a new tab was asked for
    }
    view ??= new LargeView(links);
    if (view.open(link)) {
      event.preventDefault();
    }
  });
}

// --- language -------------------------------------------------------------------------------------------------------

for (const group of document.querySelectorAll(".languages")) {
  group.hidden = false;
  for (const choice of group.querySelectorAll("button[data-language]")) {
    if (document.documentElement.lang.startsWith(choice.dataset.language)) {
      choice.setAttribute("aria-current", "true");
    }
    choice.addEventListener("click", () => {
      document.cookie = `paperdigest_language=${choice.dataset.language}; path=/; max-age=31536000; samesite=lax`;
      location.reload();
    });
  }
}

// --- keys -----------------------------------------------------------------------------------------------------------

// "/" goes to the search box, as readers of long lists are used to.
document.addEventListener("keydown", (event) => {
  if (document.querySelector("navigation-search")) {
    return; // Datasette 1.0 has a use of its own for this key
  }
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const box = document.querySelector(".search-large input, .pd-search input");
    if (box) {
      event.preventDefault();
      box.focus();
    }
  }
});
