// The module govader in the shape benchmarks/scoring/run wants: score-loop <texts> <passes>
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/jonreiter/govader"
)

func main() {
	content, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	texts := strings.Split(strings.TrimRight(string(content), "\n"), "\n")
	passes, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	analyzer := govader.NewSentimentIntensityAnalyzer()
	sum := 0.0
	for pass := 0; pass < passes; pass++ {
		sum = 0
		for _, text := range texts {
			sum += analyzer.PolarityScores(text).Compound
		}
	}
	fmt.Printf("%.3f\n", sum)
}
