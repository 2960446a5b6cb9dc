// SPDX-License-Identifier: Apache-2.0
//
// How much and how long. Times in milliseconds, sizes in bytes.

/** The first bytes of a pool file hold the name that it has for SQLite: one page, so that pages stay aligned. */
export const kHeaderBytes = 4096;
/** Database, journal or write-ahead log, and what a vacuum or an index needs for a while. */
export const kPoolFilesMin = 6;
/** Opening a file is asynchronous and SQLite can't wait, so this many are kept open beyond those in use. */
export const kPoolFilesFree = 3;
/** A module that leaks files is a bug; better it sees "no free slot" than a folder without end. */
export const kPoolFilesMax = 64;
/** After a tab or its worker died, the browser lets go of its files a moment later (measured: under 200 ms). */
export const kHandleRetry = 50;
export const kHandleRetryMax = 20_000;

/** crypto.getRandomValues gives at most this in one call (Web Cryptography API, 10.1.1). */
export const kRandomBytesMax = 65_536;

/** From sending until the first byte of an answer, beside the time that the body itself takes. */
export const kAnswerTimeout = 30_000;
/** Without a byte moving: a phone in a tunnel. */
export const kStallTimeout = 30_000;
/** The slowest upload that isn't given up, bytes per second: GPRS on a bad day. */
export const kUploadRateMin = 2_000;

/** setTimeout keeps its delay in 31 bits. */
export const kTimerMax = 0x7fff_ffff;

/** A page asks its worker for a sign of life this often … */
export const kBeat = 1_000;
/** … and starts another worker after so many questions without an answer. The longest that a healthy one is silent is the
 *  key derivation of a PIN, some 2 s on an old phone. */
export const kBeatsMissedMax = 10;
/** Before the next start of a worker that died, by the number of deaths without a minute of peace between them. */
export const kRestartDelays = [0, 500, 2_000, 5_000, 15_000] as const;
export const kPeace = 60_000;
