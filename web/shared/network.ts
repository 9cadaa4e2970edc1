/** Whether the device has a network at all, as it says itself. With one the server may still be out of reach. */
import { signal } from '@preact/signals';

export const isOnline = signal(navigator.onLine);

addEventListener('online', () => {
  isOnline.value = true;
});
addEventListener('offline', () => {
  isOnline.value = false;
});
