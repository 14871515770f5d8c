using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Microsoft.FeatureManagement;
using Switchyard.RunnerService.Flags;
using Switchyard.ServiceDefaults.Egress;

namespace Switchyard.RunnerService.Steps.Ai;

/// <summary>
/// Asks a language model behind an OpenAI-compatible API. Off unless the flag says otherwise (<c>AI_AGENT_ENABLED</c>, or
/// set at run time, also for single organizations), which is asked at each execution; nothing is sent before the most it can cost is known to be within the limits.
/// </summary>
public sealed class AiAgentStep(StepHttp http, IFeatureManager features, IOptionsMonitor<AiOptions> options, AiBudget budget) : IStep
{
    public const string Switch = "AI_AGENT_ENABLED";

    private const long MaxAnswerBytes = 4 << 20;

    public string Action => "ai.agent";

    public bool IsPure => false;

    public async ValueTask<StepOutcome> ExecuteAsync(StepContext context, CancellationToken stop)
    {
        if (!await features.IsEnabledAsync(FlagNames.AiAgent, new OrgContext(context.Run.Org)))
        {
            return new StepOutcome.Skipped($"AI agents are switched off for this organization (flag {FlagNames.AiAgent}, configured by {Switch}).");
        }

        var limits = options.CurrentValue;
        if (Target(limits.Endpoint) is not { } target) return new StepOutcome.Permanent("AI_NOT_CONFIGURED", "AI:Endpoint is not set, or not a URL.");

        var with = new StepWith(context.With);
        var body = ReadRequest(with, limits);
        var maxTokens = (int)(with.Number("maxTokens", 1, limits.MaxTokensPerCall) ?? limits.MaxTokensPerCall);
        var temperature = with.Number("temperature", 0, 2);
        var maxCost = (decimal)(with.Number("maxCostUsd", 0, (double)limits.MaxCostPerCall) ?? (double)limits.MaxCostPerCall);
        var asJson = with.OneOf("responseFormat", "text", "json") == "json";
        if (with.Refusal is { } refusal) return refusal;

        if (asJson) body["response_format"] = new JsonObject { ["type"] = "json_object" };
        body["max_tokens"] = maxTokens;
        if (temperature is { } heat) body["temperature"] = heat;
        var content = Encoding.UTF8.GetBytes(body.ToJsonString());

        // No tokenizer at hand; a token is hardly ever less than two bytes, so this errs on the safe side.
        var most = (Tokens: (content.Length / 2) + maxTokens, Cost: limits.Cost(content.Length / 2, maxTokens));
        if (most.Cost > maxCost) return new StepOutcome.Permanent("AI_COST_LIMIT", $"The call could cost {most.Cost:0.####}, more than the {maxCost} that it may.");
        if (budget.TryReserve(context.Run.Id, most.Tokens, most.Cost, limits) is { } exceeded)
        {
            return new StepOutcome.Permanent(exceeded.Contains("tokens", StringComparison.Ordinal) ? "AI_TOKEN_LIMIT" : "AI_COST_LIMIT", $"The run's budget does not allow the call: {exceeded}.");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ByteArrayContent(content) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (limits.ApiKey.Length > 0) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", limits.ApiKey);

        const string what = "The AI endpoint";
        var outcome = await http.ExchangeAsync(context, what, request, (response, limit) => ReadAsync(context, what, response, asJson, limit), stop);

        // A call that may have been answered without our hearing of it stays charged in full.
        if (outcome is StepOutcome.Succeeded done) Settle(context.Run.Id, most, done.Output);
        else if (outcome is StepOutcome.Permanent) budget.Settle(context.Run.Id, most.Tokens, most.Cost, 0, 0m);
        return outcome;
    }

    private static Uri? Target(string endpoint)
    {
        if (endpoint.Length == 0) return null;
        var text = endpoint.TrimEnd('/');
        if (!text.EndsWith("/chat/completions", StringComparison.Ordinal)) text += "/chat/completions";
        return Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : null;
    }

    private static JsonObject ReadRequest(StepWith with, AiOptions limits)
    {
        var model = with.TextOr("model", limits.Model);
        if (model.Length == 0) with.Refuse("'model' is missing, and AI:Model names none.");

        var messages = new JsonArray();
        if (with.TextOr("system", "") is { Length: > 0 } system) messages.Add(new JsonObject { ["role"] = "system", ["content"] = system });
        if (with.Field("messages") is { ValueKind: JsonValueKind.Array } given)
        {
            foreach (var message in given.EnumerateArray()) messages.Add(JsonSerializer.SerializeToNode(message));
        }
        else
        {
            messages.Add(new JsonObject { ["role"] = "user", ["content"] = with.Text("prompt") });
        }

        return new JsonObject { ["model"] = model, ["messages"] = messages };
    }

    private async Task<StepOutcome> ReadAsync(StepContext context, string what, HttpResponseMessage response, bool asJson, CancellationToken stop)
    {
        if (!response.IsSuccessStatusCode) return StepHttp.Unwanted(context, what, response);

        await using var body = await EgressClient.OpenBodyAsync(response, MaxAnswerBytes, stop);
        try
        {
            using var answer = await JsonDocument.ParseAsync(body, cancellationToken: stop);
            var choice = answer.RootElement.GetProperty("choices")[0];
            var usage = answer.RootElement.TryGetProperty("usage", out var given) ? given : default;
            long prompt = Count(usage, "prompt_tokens"), completion = Count(usage, "completion_tokens");
            var text = choice.GetProperty("message").GetProperty("content").GetString();
            return new StepOutcome.Succeeded(JsonSerializer.SerializeToElement(new
            {
                text,
                json = asJson ? JsonElement.Parse(text ?? "") : (JsonElement?)null,
                model = answer.RootElement.TryGetProperty("model", out var model) ? model.GetString() : null,
                finishReason = choice.TryGetProperty("finish_reason", out var reason) ? reason.GetString() : null,
                usage = new { promptTokens = prompt, completionTokens = completion, cost = options.CurrentValue.Cost(prompt, completion) },
            }));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return new StepOutcome.Transient("AI_ANSWER_INVALID", "The AI endpoint's answer is not a chat completion.");
        }
    }

    private static long Count(JsonElement usage, string name) =>
        usage.ValueKind == JsonValueKind.Object && usage.TryGetProperty(name, out var value) && value.TryGetInt64(out var count) ? Math.Max(0, count) : 0;

    private void Settle(Guid run, (int Tokens, decimal Cost) reserved, JsonElement output)
    {
        var usage = output.GetProperty("usage");
        var tokens = usage.GetProperty("promptTokens").GetInt64() + usage.GetProperty("completionTokens").GetInt64();

        // An endpoint that does not say what it used is believed to have used it all.
        if (tokens > 0) budget.Settle(run, reserved.Tokens, reserved.Cost, tokens, usage.GetProperty("cost").GetDecimal());
    }
}
