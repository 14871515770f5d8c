using System.ComponentModel.DataAnnotations;

namespace Switchyard.RunnerService.Admission;

/// <summary>
/// What may run of an organization, or of one of its workflows. <c>*</c> as organization: each that has no rule of its own; paused there, the
/// whole queue is.
/// </summary>
public sealed record AdmissionRule
{
    public required string Org { get; init; }

    /// <summary>Empty = the whole organization.</summary>
    public string Workflow { get; init; } = "";

    /// <summary>Runs under way at once, waits included; null = as many as there is room for.</summary>
    public int? MaxRuns { get; init; }

    /// <summary>New runs per minute, at most that many of them in one burst; null = any. Of an organization only.</summary>
    public int? StartsPerMinute { get; init; }

    /// <summary>Its share of the workers, compared with other organizations'.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Nothing new starts; what has begun goes on.</summary>
    public bool Paused { get; init; }

    /// <summary><c>wait</c>, or <c>refuse</c>: what becomes of a new run that finds no place, or a pause.</summary>
    public string WhenFull { get; init; } = "wait";

    /// <summary>Whether a run may have to wait for it.</summary>
    public bool Restricts => Paused || MaxRuns is not null;
}

/// <summary>One scope of section <c>Runner:Limits</c>.</summary>
public sealed class LimitOptions
{
    [Range(1, 1_000_000)]
    public int? MaxRuns { get; set; }

    [Range(1, 10_000_000)]
    public int? StartsPerMinute { get; set; }

    [Range(1, 1000)]
    public int Weight { get; set; } = 1;

    /// <summary><c>wait</c> (default) or <c>refuse</c>.</summary>
    [AllowedValues("wait", "refuse")]
    public string WhenFull { get; set; } = "wait";

    /// <summary>By workflow.</summary>
    public Dictionary<string, LimitOptions> Workflows { get; set; } = [];
}

/// <summary>Section <c>Runner:Limits</c>: by organization, <c>*</c> for each without an entry of its own. What is set at run time wins.</summary>
public sealed class LimitsOptions : Dictionary<string, LimitOptions>
{
    /// <summary>The same as rules.</summary>
    public IEnumerable<AdmissionRule> ToRules()
    {
        foreach (var (org, limits) in this)
        {
            yield return Rule(org, "", limits);
            foreach (var (workflow, own) in limits.Workflows) { yield return Rule(org, workflow, own); }
        }
    }

    private static AdmissionRule Rule(string org, string workflow, LimitOptions limits) => new()
    {
        Org = org, Workflow = workflow, MaxRuns = limits.MaxRuns, StartsPerMinute = limits.StartsPerMinute, Weight = limits.Weight, WhenFull = limits.WhenFull,
    };
}
