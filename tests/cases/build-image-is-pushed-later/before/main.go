package main

func main() { println("indexer") }
