/** What tests with processes of their own share. */
@org.jspecify.annotations.NullMarked
package io.selfcascade.testing;
