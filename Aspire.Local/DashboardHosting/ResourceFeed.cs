using Aspire.Dashboard.Resources;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Dashboard;

/// <summary>Publishes every change of the application's resources on the dashboard's board, and replicas under one row of their own.</summary>
internal sealed class ResourceFeed(ResourceNotificationService notifications, ResourceBoard board, IReadOnlyCollection<IResource> model)
{
    private readonly Dictionary<string, Dictionary<string, ResourceSnapshot>> replicas = new(StringComparer.OrdinalIgnoreCase);
    private string[]? secrets;

    public async Task RunAsync(CancellationToken stop)
    {
        await foreach (var change in notifications.WatchAsync(stop))
        {
            secrets ??= await SecretsAsync(stop);
            Publish(change);
        }
    }

    private void Publish(ResourceEvent change)
    {
        if (change.Snapshot.IsHidden)
        {
            board.Remove(change.ResourceId);
            return;
        }

        var parent = change.Snapshot.Relationships.LastOrDefault(relation => relation.Type == "Parent")?.ResourceName;
        if (string.Equals(change.ResourceId, change.Resource.Name, StringComparison.OrdinalIgnoreCase))
        {
            board.Publish(ToSnapshot(change, parent));
            return;
        }

        if (!replicas.TryGetValue(change.Resource.Name, out var siblings))
        {
            replicas[change.Resource.Name] = siblings = new(StringComparer.OrdinalIgnoreCase);
        }

        var replica = ToSnapshot(change, change.Resource.Name);
        siblings[change.ResourceId] = replica;
        board.Publish(replica);
        board.Publish(Whole(change.Resource.Name, parent, [.. siblings.Values]));
    }

    // The row above the replicas: as healthy as the worst of them, up since the oldest of them, its commands go to all of them.
    private static ResourceSnapshot Whole(string name, string? parent, ResourceSnapshot[] siblings)
    {
        var worst = siblings.FirstOrDefault(s => s.IsFailed) ?? siblings.FirstOrDefault(s => !s.IsRunning) ?? siblings[0];
        return worst with
        {
            Name = name,
            DisplayName = null,
            Parent = parent,
            StartedAt = siblings.Min(s => s.StartedAt),
            Health = [.. siblings.SelectMany(s => s.Health.Select(h => h with { Name = $"{s.Name}: {h.Name}" }))],
            Urls = [],
            Environment = [],
            Properties = [new("Replicas", $"{siblings.Count(s => s.IsRunning)} of {siblings.Length} running")],
        };
    }

    private ResourceSnapshot ToSnapshot(ResourceEvent change, string? parent)
    {
        var snapshot = change.Snapshot;
        return new()
        {
            Name = change.ResourceId,
            Type = snapshot.ResourceType,
            State = snapshot.State?.Text,
            StartedAt = At(snapshot.StartTimeStamp),
            StoppedAt = At(snapshot.StopTimeStamp),
            ExitCode = snapshot.ExitCode,
            Parent = parent,
            Health = [.. snapshot.HealthReports.Select(report => new HealthReport(report.Name, report.Status?.ToString(), report.Description ?? report.ExceptionText))],
            Urls = [.. snapshot.Urls.OrderBy(url => url.DisplayProperties.SortOrder).Select(url => new ResourceUrl(url.DisplayProperties.DisplayName is { Length: > 0 } shown ? shown : url.Name, url.Url, url.IsInternal))],
            Environment = [.. snapshot.EnvironmentVariables.Select(variable => new ResourceVariable(variable.Name, variable.Value, HoldsSecret(variable.Value)))],
            Properties = [.. snapshot.Properties.Select(property => new ResourceVariable(Readable(property.Name), property.Value?.ToString(), property.IsSensitive || HoldsSecret(property.Value?.ToString())))],
            References = [.. snapshot.Relationships.Where(relation => relation.Type != "Parent").Select(relation => new ResourceReference(relation.ResourceName, relation.Type)).Distinct()],
            Commands =
            [
                .. snapshot.Commands.Where(command => command.State != ResourceCommandState.Hidden).Select(command => new ResourceCommand(
                    command.Name, command.DisplayName, command.DisplayDescription, command.ConfirmationMessage, command.State == ResourceCommandState.Enabled, command.IsHighlighted)),
            ],
        };
    }

    // A variable holds a secret when a secret parameter's value is part of it, whatever it is called.
    private bool HoldsSecret(string? value) => value is { Length: > 0 } && Array.Exists(secrets ?? [], secret => value.Contains(secret, StringComparison.Ordinal));

    private async Task<string[]> SecretsAsync(CancellationToken stop)
    {
        var found = new List<string>();
        foreach (var parameter in model.OfType<ParameterResource>().Where(p => p.Secret))
        {
            try
            {
                // Shorter ones would mask half of everything.
                if (await parameter.GetValueAsync(stop) is { Length: >= 4 } value) found.Add(value);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A parameter without a value is shown as such by its own row; there is nothing of it to hide.
            }
        }

        return [.. found];
    }

    private static DateTimeOffset? At(DateTime? time) => time is { } known ? new DateTimeOffset(DateTime.SpecifyKind(known, known.Kind == DateTimeKind.Unspecified ? DateTimeKind.Utc : known.Kind)) : null;

    private static string Readable(string property) => property switch
    {
        "project.path" => "Project",
        "executable.path" => "Executable",
        "executable.workDir" => "Working directory",
        "executable.args" => "Arguments",
        "executable.pid" => "Process id",
        "container.image" => "Image",
        "replica.index" => "Replica",
        _ => property,
    };
}
