// The crate vader_sentiment in the shape benchmarks/scoring/run wants: score-loop <texts> <passes>
use vader_sentiment::SentimentIntensityAnalyzer;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let content = std::fs::read_to_string(&arguments[1]).expect("a file of texts in UTF-8");
    let texts: Vec<&str> = content.trim_end_matches('\n').split('\n').collect();
    let passes: usize = arguments[2].parse().expect("a number of passes");
    let analyzer = SentimentIntensityAnalyzer::new();
    let mut sum = 0.0;
    for _ in 0..passes {
        sum = texts.iter().map(|text| analyzer.polarity_scores(text)["compound"]).sum();
    }
    println!("{:.3}", sum);
}
