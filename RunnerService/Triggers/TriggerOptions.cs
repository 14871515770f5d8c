using System.ComponentModel.DataAnnotations;

namespace Switchyard.RunnerService.Triggers;

/// <summary>Settings of everything that starts runs without a person: the section <c>Triggers</c>.</summary>
public sealed class TriggerOptions
{
    /// <summary>The environments whose active versions are started; none given means <c>dev</c> alone, so that a promotion does not double a schedule.</summary>
    public IReadOnlyList<string> Environments { get; set; } = [];

    /// <summary>A time that is this late counts as missed, and the schedule's <c>catchUp</c> decides.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MissedAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many missed times <c>catchUp: all</c> makes up for at most, the newest.</summary>
    [Range(1, 10_000)]
    public int MaxCatchUp { get; set; } = 100;

    /// <summary>How many times of one schedule may wait for an earlier run's end (<c>overlap: queue</c>); further ones are left out.</summary>
    [Range(1, 10_000)]
    public int MaxQueued { get; set; } = 100;

    /// <summary>How far a webhook's timestamp may lie from now.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan SignatureTolerance { get; set; } = TimeSpan.FromMinutes(5);

    [Range(1, 64 * 1024 * 1024)]
    public int MaxWebhookBytes { get; set; } = 1024 * 1024;

    /// <summary>Whether a webhook trigger that names no secret takes requests from anyone; off means it takes none.</summary>
    public bool AllowUnsignedWebhooks { get; set; }

    /// <summary><see cref="Environments"/> with its default.</summary>
    public IReadOnlyList<string> ActiveEnvironments => Environments.Count > 0 ? Environments : ["dev"];
}
