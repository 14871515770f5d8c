namespace Aspire.Dashboard.Resources;

/// <summary>A resource of the application model as the dashboard shows it.</summary>
public sealed record ResourceSnapshot
{
    public required string Name { get; init; }
    public string? DisplayName { get; init; }

    /// <summary>What the model calls it: Project, Executable, Container, Parameter, …</summary>
    public required string Type { get; init; }

    /// <summary>NotStarted, Waiting, Starting, Running, Stopping, Exited, Finished, FailedToStart, or the model's own word.</summary>
    public string? State { get; init; }

    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? StoppedAt { get; init; }
    public int? ExitCode { get; init; }

    /// <summary>The resource this one is a replica or child of.</summary>
    public string? Parent { get; init; }

    public IReadOnlyList<HealthReport> Health { get; init; } = [];
    public IReadOnlyList<ResourceUrl> Urls { get; init; } = [];
    public IReadOnlyList<ResourceVariable> Environment { get; init; } = [];

    /// <summary>Source, process id, working directory and the like, in the order to show them.</summary>
    public IReadOnlyList<ResourceVariable> Properties { get; init; } = [];

    public IReadOnlyList<ResourceReference> References { get; init; } = [];
    public IReadOnlyList<ResourceCommand> Commands { get; init; } = [];

    public string Title => DisplayName ?? Name;

    /// <summary>Active is the word for what is in use without a process of its own.</summary>
    public bool IsRunning => State is "Running" or "Active";

    public bool IsTerminal => State is "Exited" or "Finished" or "FailedToStart" or "RuntimeUnhealthy";

    public bool IsFailed => State is "FailedToStart" or "RuntimeUnhealthy" || (State is "Exited" or "Finished" && ExitCode is not (null or 0));
}

/// <summary>What a health check said last; <see cref="Status"/> is null until it has run.</summary>
public sealed record HealthReport(string Name, string? Status, string? Description)
{
    public bool IsHealthy => Status == "Healthy";
}

public sealed record ResourceUrl(string? Name, string Url, bool IsInternal = false);

/// <summary>A named value; a secret one leaves the server only when someone asks for it by name.</summary>
public sealed record ResourceVariable(string Name, string? Value, bool IsSecret = false);

/// <summary>An arrow of the graph: <paramref name="Kind"/> is Reference, WaitFor, Parent or the model's own word.</summary>
public sealed record ResourceReference(string Name, string Kind);

/// <summary>A command as it stands now; <paramref name="IsEnabled"/> false shows it greyed.</summary>
public sealed record ResourceCommand(string Name, string DisplayName, string? Description = null, string? Confirmation = null, bool IsEnabled = true, bool IsHighlighted = false);

/// <summary>How a command ended.</summary>
public sealed record CommandOutcome(bool Success, string? Message = null);
