package main

func main() { println("telemetry") }
