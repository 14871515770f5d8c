using System.ComponentModel.DataAnnotations;

namespace Switchyard.RunnerService.Journal;

/// <summary>Section <c>Runner:Journal</c>.</summary>
public sealed class JournalOptions
{
    /// <summary>Flushes that may be on their way at once, on a database with more than one writer. Default 2.</summary>
    [Range(1, 8)]
    public int Writers { get; set; } = 2;

    /// <summary>Most changes in one flush. Default 500.</summary>
    [Range(1, 10_000)]
    public int MaxChangesPerFlush { get; set; } = 500;

    /// <summary>
    /// Steps without an effect outside the run need not be durable before the next one starts. Default true; false makes every step wait.
    /// </summary>
    public bool LazyPureSteps { get; set; } = true;
}
