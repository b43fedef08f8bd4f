package httpserver

// BreakListener closes the listener behind the server's back, as a failing network device would.
func (s *Server) BreakListener() { _ = s.listener.Close() }
