using System.ComponentModel.DataAnnotations;

namespace Switchyard.RunnerService.Steps.Ai;

/// <summary>Which model <c>ai.agent</c> steps speak to, and what they may spend; section <c>AI</c>.</summary>
public sealed class AiOptions
{
    /// <summary>An OpenAI-compatible API: <c>https://api.example.com/v1</c>, or the full URL of its chat completions.</summary>
    public string Endpoint { get; set; } = "";

    public string ApiKey { get; set; } = "";

    /// <summary>The model of steps that name none.</summary>
    public string Model { get; set; } = "";

    /// <summary>The longest answer, in tokens. Default 2,048.</summary>
    [Range(1, 1_000_000)]
    public int MaxTokensPerCall { get; set; } = 2_048;

    /// <summary>What all calls of one run may use, prompts included, in tokens. Default 50,000.</summary>
    [Range(1, long.MaxValue)]
    public long MaxTokensPerRun { get; set; } = 50_000;

    /// <summary>Prices in one currency per million tokens; without them cost is not limited.</summary>
    [Range(0, 1e9)]
    public decimal InputPricePerMillion { get; set; }

    [Range(0, 1e9)]
    public decimal OutputPricePerMillion { get; set; }

    /// <summary>What one call may cost at most, in that currency. Default 0.50.</summary>
    [Range(0, 1e9)]
    public decimal MaxCostPerCall { get; set; } = 0.50m;

    /// <summary>What all calls of one run may cost. Default 2.00.</summary>
    [Range(0, 1e9)]
    public decimal MaxCostPerRun { get; set; } = 2.00m;

    public decimal Cost(long promptTokens, long completionTokens) =>
        ((promptTokens * InputPricePerMillion) + (completionTokens * OutputPricePerMillion)) / 1_000_000m;
}
