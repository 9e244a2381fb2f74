// Package users has the tests of clients and of the portal that take a whole chain in their process, in one test binary,
// since each that links the app costs a minute and a gigabyte. What needs no chain is tested beside what it is about.
package users
