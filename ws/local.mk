# ws
