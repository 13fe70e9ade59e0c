// Server-sent events that survive a broken connection: it reconnects itself, always from the last id it has seen.
// EventSource's own reconnection cannot be used: it repeats the first URL, and with it the first `after`.

const WAITS = [300, 700, 1500, 3000, 5000]; // milliseconds between attempts, the last one repeated

export class Stream {
  #last;
  #source = null;
  #attempt = 0;
  #lost = false; // the server could not be reached at all

  /** `onGap` reloads everything when the server was started anew, and gives the cursor to go on from. */
  constructor(server, { onEvent, onState, onGap }) {
    this.server = server;
    this.onEvent = onEvent;
    this.onState = onState;
    this.onGap = onGap;
  }

  start(after) {
    this.#last = after;
    this.#open();
  }

  #open() {
    this.#source?.close();
    const source = new EventSource(`/client/events?after=${this.#last}`);
    this.#source = source;
    source.addEventListener("open", () => {
      this.#attempt = 0;
      this.onState("connected");
    });
    source.addEventListener("message", (event) => {
      const id = Number(event.lastEventId);
      if (id) this.#last = id;
      this.onEvent(JSON.parse(event.data));
    });
    source.addEventListener("error", () => {
      if (source !== this.#source) return;
      source.close();
      this.#source = null;
      this.onState("waiting");
      const wait = WAITS[Math.min(this.#attempt++, WAITS.length - 1)];
      setTimeout(() => this.#resume(), wait);
    });
  }

  async #resume() {
    if (this.#source) return;
    try {
      const { cursor } = await this.server.state();
      if (this.#lost || cursor < this.#last) this.#last = await this.onGap();
      this.#lost = false;
    } catch {
      this.#lost = true; // its memory is gone with it: opening fails too, and the next attempt waits longer
    }
    this.#open();
  }
}
