namespace Switchyard.RunnerService.Steps.Ai;

/// <summary>
/// Counts what the calls of each run have used, so that a loop over ten thousand items cannot spend ten thousand times the
/// limit of one call. Kept in the worker that executes the run: after a crash the run goes on with a fresh count.
/// </summary>
public sealed class AiBudget
{
    /// <summary>Runs remembered; the one that called longest ago is forgotten first.</summary>
    private const int MaxRuns = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, LinkedListNode<(Guid Run, long Tokens, decimal Cost)>> _runs = [];
    private readonly LinkedList<(Guid Run, long Tokens, decimal Cost)> _byLastCall = new();

    /// <summary>Takes the most that a call can use before it is made; null when the run may still spend that, else what it would exceed.</summary>
    public string? TryReserve(Guid run, long tokens, decimal cost, AiOptions limits)
    {
        lock (_gate)
        {
            var (_, usedTokens, usedCost) = _runs.TryGetValue(run, out var known) ? known.Value : (run, 0, 0m);
            if (usedTokens + tokens > limits.MaxTokensPerRun) return $"{usedTokens} tokens used and up to {tokens} needed, of {limits.MaxTokensPerRun} per run";
            if (usedCost + cost > limits.MaxCostPerRun) return $"{usedCost:0.####} spent and up to {cost:0.####} needed, of {limits.MaxCostPerRun} per run";

            Put(run, usedTokens + tokens, usedCost + cost);
            return null;
        }
    }

    /// <summary>Replaces what was reserved by what was used: more is given back, or taken.</summary>
    public void Settle(Guid run, long reservedTokens, decimal reservedCost, long usedTokens, decimal usedCost)
    {
        lock (_gate)
        {
            if (!_runs.TryGetValue(run, out var known)) return;
            Put(run, Math.Max(0, known.Value.Tokens - reservedTokens + usedTokens), Math.Max(0, known.Value.Cost - reservedCost + usedCost));
        }
    }

    private void Put(Guid run, long tokens, decimal cost)
    {
        if (_runs.Remove(run, out var old)) _byLastCall.Remove(old);
        _runs[run] = _byLastCall.AddLast((run, tokens, cost));
        if (_runs.Count <= MaxRuns) return;

        _runs.Remove(_byLastCall.First!.Value.Run);
        _byLastCall.RemoveFirst();
    }
}
