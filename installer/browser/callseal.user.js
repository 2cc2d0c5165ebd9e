// ==UserScript==
// @name         Callseal links
// @description  Links to recordings on VICIdial's pages open in Callseal.
// @namespace    callseal
// @version      1.1
// @match        *://*.vicidial.example/*
// @grant        none
// @run-at       document-end
// ==/UserScript==
//
// The one line to edit is the one with @match: the domain of your VICIdial servers.

(function () {
    'use strict';

    const HINT = 'Opens in Callseal. Shift+click: in the browser, as before';
    // Where each link led before. A page of recordings cannot tell which of them were ever sealed, and
    // some must be signed in for in the browser.
    const originals = new WeakMap();

    // Sealed recordings by their own address, on the dialer or in the archive.
    const SEALED = /\/RECORDINGS\/.*\.(pgp|gpg)$|\.(mp3|wav|gsm|ogg)(\.(pgp|gpg))+$/;
    // VICIdial's page that writes down who listened and then answers with that address.
    const REDIRECT = /\/recording_log_redirect\.php$/;

    function isRecording(address) {
        if (!/^https?:$/.test(address.protocol)) {
            return false;
        }
        const isNumber = /^[0-9]+$/.test(address.searchParams.get('recording_id') || '');
        return SEALED.test(address.pathname) || (REDIRECT.test(address.pathname) && isNumber);
    }

    function turn(link) {
        let address;
        try {
            // The whole address, whatever the page wrote; its percent-encoding stays as it is.
            address = new URL(link.href);
        } catch (error) {
            return;
        }
        if (isRecording(address)) {
            originals.set(link, link.href);
            if (!link.title.includes(HINT)) {
                link.title = link.title ? link.title + '\n' + HINT : HINT;
            }
            // A page that was opened with a name and password hands them on to its links.
            address.username = '';
            address.password = '';
            link.href = 'callseal:' + address.href;
            // No empty tab stays behind.
            link.removeAttribute('target');
            link.removeAttribute('download');
        }
    }

    function turnAll() {
        document.querySelectorAll('a[href]').forEach(turn);
    }

    // Before any other listener: what the page itself does with a click is not meant for this one.
    document.addEventListener('click', function (event) {
        const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
        const original = link && link.href.startsWith('callseal:') && originals.get(link);
        if (original && event.shiftKey && event.isTrusted) {
            event.preventDefault();
            event.stopImmediatePropagation();
            window.open(original, '_blank', 'noopener');
        }
    }, true);

    turnAll();
    // The agent's and the reports' pages fill in their lists later.
    new MutationObserver(turnAll).observe(document.documentElement, {
        attributeFilter: ['href'],
        childList: true,
        subtree: true,
    });
})();
