package io.selfcascade.platform.worker;

import java.util.UUID;

/**
 * Who this worker is.
 *
 * @param id name it keeps over restarts
 * @param bootId new with every start of the worker, also in one process: the coordinator ends the leases of former boots
 *     when it sees it
 */
record WorkerIdentity(String id, UUID bootId) {}
