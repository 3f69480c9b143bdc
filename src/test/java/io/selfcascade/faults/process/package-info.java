/** What a process that may be made to fail has in addition: points where it stops, and a store, clock and database that fail. */
@org.jspecify.annotations.NullMarked
package io.selfcascade.faults.process;
