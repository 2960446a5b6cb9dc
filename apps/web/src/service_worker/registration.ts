// SPDX-License-Identifier: Apache-2.0
//
// The page's side of the service worker: registers it, and tells when a new version is there and waits.

/** Not more often than this the server is asked for a new version, in milliseconds. Opening a page asks by itself. */
const kLookEvery = 10 * 60_000;

export class AppVersion {
  #registration: Promise<ServiceWorkerRegistration | null>;
  #reloading = false;
  /** The version in use came from the service worker; if not, the first one is just being installed. */
  #controlled: boolean;

  constructor(private container: ServiceWorkerContainer | undefined = navigator.serviceWorker) {
    this.#controlled = container?.controller != null;
    this.#registration = this.#register();
    let looked = performance.now();
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState !== 'visible' || performance.now() - looked < kLookEvery) return;
      looked = performance.now();
      void this.look();
    });
  }

  /** Calls `told` as soon as a new version of the app is there and waits to be used. */
  when_update_waits(told: () => void): void {
    void this.#registration.then((registration) => {
      if (!registration) return;
      if (registration.waiting && this.#controlled) told();
      registration.addEventListener('updatefound', () => {
        const worker = registration.installing;
        worker?.addEventListener('statechange', () => {
          if (worker.state === 'installed' && this.#controlled) told();
        });
      });
      // Another tab has taken the new version; this one still runs the old one.
      this.container?.addEventListener('controllerchange', () => {
        if (this.#controlled && !this.#reloading) told();
        this.#controlled = true;
      });
    });
  }

  /** Takes the new version: the page is loaded anew. */
  reload(): void {
    this.#reloading = true;
    void this.#registration.then((registration) => {
      if (!registration?.waiting) return location.reload();
      this.container?.addEventListener('controllerchange', () => location.reload());
      registration.waiting.postMessage('use it');
    });
  }

  /** Asks the server for a new version now. Offline that fails, and that's all right. */
  async look(): Promise<void> {
    await (await this.#registration)?.update().catch(() => {});
  }

  async #register(): Promise<ServiceWorkerRegistration | null> {
    try {
      return (await this.container?.register('/service_worker.js', { updateViaCache: 'none' })) ?? null;
    } catch (error) {
      console.warn('service worker:', error); // The app works without; it just won't start without a server.
      return null;
    }
  }
}
