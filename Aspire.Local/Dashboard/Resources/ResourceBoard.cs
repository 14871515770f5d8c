using System.Collections.Immutable;
using Aspire.Dashboard.Live;

namespace Aspire.Dashboard.Resources;

/// <summary>The resources as last published by the host, and the way back to it for commands.</summary>
public sealed class ResourceBoard(Func<string, string, CancellationToken, Task<CommandOutcome>> execute)
{
    private ImmutableSortedDictionary<string, ResourceSnapshot> resources = ImmutableSortedDictionary.Create<string, ResourceSnapshot>(StringComparer.OrdinalIgnoreCase);

    internal ChangeSignal Changed { get; } = new();

    public IReadOnlyCollection<ResourceSnapshot> All => [.. resources.Values];

    public ResourceSnapshot? Find(string name) => resources.GetValueOrDefault(name);

    public void Publish(ResourceSnapshot resource)
    {
        ImmutableInterlocked.Update(ref resources, static (all, next) => all.SetItem(next.Name, next), resource);
        Changed.Raise();
    }

    public void Remove(string name)
    {
        ImmutableInterlocked.Update(ref resources, static (all, gone) => all.Remove(gone), name);
        Changed.Raise();
    }

    public Task<CommandOutcome> ExecuteAsync(string resource, string command, CancellationToken stop) => execute(resource, command, stop);
}
