// The camera as a scanner, where the browser can read codes and the page may use the camera.
const scan = (() => {
  const possible = 'BarcodeDetector' in window && Boolean(navigator.mediaDevices?.getUserMedia);
  const PAUSE_MS = 150;
  const video = h('video', {playsinline: true, 'aria-label': t('scan_picture')});
  video.muted = true;
  const said = h('p', {role: 'status', 'aria-live': 'polite'});
  const dialog = h('dialog', {id: 'scan-dialog', 'aria-labelledby': 'scan-title'},
    h('h2', {id: 'scan-title'}, t('scan_title')), video, said,
    h('div', {class: 'buttons'}, h('button', {type: 'button', on: {click: () => dialog.close()}}, t('cancel'))));
  let stream = null;

  function stop() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.srcObject = null;
  }

  function seen(codes) {
    for (const {rawValue} of codes) {
      if (list.open(rawValue)) {
        navigator.vibrate?.(60);
        dialog.close();
        return;
      }
      said.textContent = t('scan_unknown', {code: rawValue});
    }
  }

  async function watch(detector) {
    while (stream) {
      try {
        seen(await detector.detect(video));
      } catch {
        // A frame that is not there yet; the next one will be.
      }
      await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
    }
  }

  async function start() {
    said.textContent = t('scan_aim');
    dialog.showModal();
    try {
      stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: 'environment'}});
      if (!dialog.open) {
        stop();
        return;
      }
      video.srcObject = stream;
      video.play().catch(stop);
      watch(new window.BarcodeDetector({formats: ['qr_code']}));
    } catch {
      said.textContent = t('scan_refused');
    }
  }

  dialog.addEventListener('close', stop);
  const button = h('button', {type: 'button', class: 'scan', on: {click: start}, hidden: !possible},
    t('scan'));

  return Object.freeze({possible, button, dialog});
})();
