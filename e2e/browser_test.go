package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// browser is a Chromium without a window, spoken to over its DevTools protocol, one JSON message after another on a pipe.
type browser struct {
	t  *testing.T
	to io.Writer

	mu      sync.Mutex
	next    int
	waiting map[int]chan message
	errors  []string // what its consoles complain of
}

type message struct {
	ID        int             `json:"id,omitempty"`
	SessionID string          `json:"sessionId,omitempty"`
	Method    string          `json:"method,omitempty"`
	Params    any             `json:"params,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	Error     *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// tab is one page of the browser.
type tab struct {
	b       *browser
	session string
}

// openBrowser starts the browser that scripts/needs.sh installs. The test ends it.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	fromUs, toBrowser, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	fromBrowser, toUs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	name := "chromium"
	if _, err := exec.LookPath(name); err != nil {
		name = "google-chrome"
	}
	home, err := os.MkdirTemp("", "vade-browser-*") // a child of the browser may still write there when it has ended
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", //nolint:gosec // one of two names
		"--no-proxy-server", "--disable-background-networking", "--remote-debugging-pipe", "--user-data-dir="+home, "about:blank")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home}
	cmd.ExtraFiles = []*os.File{fromUs, toUs} // its descriptors 3 and 4
	cmd.SysProcAttr = noOrphans()
	if err := cmd.Start(); err != nil {
		t.Fatalf("the tests need chromium, which scripts/needs.sh installs: %v", err)
	}
	b := &browser{t: t, to: toBrowser, waiting: make(map[int]chan message)}
	_, _ = fromUs.Close(), toUs.Close() // they are the browser's
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.read(fromBrowser)
	}()
	t.Cleanup(func() {
		_ = b.send("", "Browser.close", nil, nil)
		_ = toBrowser.Close()
		stuck := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		stuck.Stop()
		<-done
		_ = fromBrowser.Close()
		_ = os.RemoveAll(home)
	})
	return b
}

// read hands answers to those who wait, and keeps what consoles complain of.
func (b *browser) read(r io.Reader) {
	for in := bufio.NewReaderSize(r, 1<<20); ; {
		raw, err := in.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(raw[:len(raw)-1], &m) != nil {
			continue
		}
		b.mu.Lock()
		if answer := b.waiting[m.ID]; answer != nil {
			delete(b.waiting, m.ID)
			answer <- m
		} else if m.Method == "Log.entryAdded" && strings.Contains(string(raw), `"level":"error"`) {
			b.errors = append(b.errors, string(raw))
		}
		b.mu.Unlock()
	}
}

// send calls a method of the protocol.
func (b *browser) send(session, method string, params, result any) error {
	answer := make(chan message, 1)
	b.mu.Lock()
	b.next++
	id := b.next
	b.waiting[id] = answer
	data, err := json.Marshal(message{ID: id, SessionID: session, Method: method, Params: params})
	if err == nil {
		_, err = b.to.Write(append(data, 0))
	}
	b.mu.Unlock()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	select {
	case m := <-answer:
		if m.Error != nil {
			return fmt.Errorf("%s: %s", method, m.Error.Message)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(m.Result, result)
	case <-ctx.Done():
		return fmt.Errorf("%s: no answer", method)
	}
}

// open opens a page.
func (b *browser) open(url string) *tab {
	b.t.Helper()
	var made struct{ TargetID string }
	if err := b.send("", "Target.createTarget", map[string]any{"url": url}, &made); err != nil {
		b.t.Fatal(err)
	}
	return b.attach(made.TargetID)
}

func (b *browser) attach(target string) *tab {
	b.t.Helper()
	var attached struct{ SessionID string }
	if err := b.send("", "Target.attachToTarget", map[string]any{"targetId": target, "flatten": true}, &attached); err != nil {
		b.t.Fatal(err)
	}
	if err := b.send(attached.SessionID, "Log.enable", nil, nil); err != nil {
		b.t.Fatal(err)
	}
	return &tab{b, attached.SessionID}
}

// find waits for a page whose address has the part, such as a window that another page opened.
func (b *browser) find(part string) *tab {
	b.t.Helper()
	var target string
	within(b.t, 30*time.Second, "a window is at "+part, func() bool {
		var list struct {
			TargetInfos []struct{ TargetID, URL, Type string }
		}
		if err := b.send("", "Target.getTargets", nil, &list); err != nil {
			b.t.Fatal(err)
		}
		for _, info := range list.TargetInfos {
			if info.Type == "page" && strings.Contains(info.URL, part) {
				target = info.TargetID
			}
		}
		return target != ""
	})
	return b.attach(target)
}

// complaints returns what the consoles of the pages complained of, such as what a policy forbade.
func (b *browser) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.errors
}

// run evaluates an expression in the page, as if a person had clicked, and returns its text.
func (p *tab) run(expression string) string {
	var got struct {
		Result struct{ Value any }
	}
	err := p.b.send(p.session, "Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "userGesture": true}, &got)
	if err != nil || got.Result.Value == nil {
		return ""
	}
	return fmt.Sprint(got.Result.Value)
}

// click waits for an element, by its selector of CSS and a part of its text, and clicks it.
func (p *tab) click(selector, text string) {
	p.b.t.Helper()
	find := fmt.Sprintf(`(() => { const e = [...document.querySelectorAll(%q)].find((e) => e.textContent.includes(%q)); if (!e) return ""; e.click(); return "yes"; })()`, selector, text)
	within(p.b.t, 30*time.Second, "there is "+selector+" with the text "+text, func() bool { return p.run(find) == "yes" })
}

// shows waits until an element holds a text.
func (p *tab) shows(selector, text string) {
	p.b.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll(%q)].map((e) => e.textContent).join("\n")`, selector)
	within(p.b.t, 30*time.Second, selector+" shows "+text, func() bool { return strings.Contains(p.run(find), text) })
}
