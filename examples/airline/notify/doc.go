// Package notify is the service that sends tickets. It writes each as an .eml file (RFC 5322), which every mail program opens.
package notify
