// Passing a place on: copy its address, print its page.

/** Wires the buttons. */
export function keepShare() {
  document.querySelectorAll("[data-act=copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const address = button.dataset.copy;
      if (navigator.share) return navigator.share({ title: document.title, url: address }).catch(() => undefined);
      try {
        await navigator.clipboard.writeText(address);
        const words = button.querySelector("span"), before = words.textContent;
        words.textContent = button.dataset.done;
        setTimeout(() => (words.textContent = before), 2500);
      } catch (_error) {
        const shown = document.querySelector(".address");
        if (shown) getSelection().selectAllChildren(shown);
      }
      return undefined;
    });
  });
  document.querySelectorAll("[data-act=print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
}
