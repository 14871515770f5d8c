using Switchyard.RunnerService.Upkeep;

namespace Switchyard.RunnerService.Flags;

/// <summary>Takes over what others changed: every instance follows a change within two seconds.</summary>
public sealed class FlagRefresher(FlagStore store, FlagDefinitions definitions, TimeProvider time, ILogger<FlagRefresher> log) : UpkeepLoop(time, log)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    public override async Task<int> SweepAsync(CancellationToken stop)
    {
        definitions.Replace(await store.LoadAsync(stop));
        return 0;
    }

    protected override Task RestAsync(int moved, CancellationToken stop) => Task.Delay(Every, Time, stop);
}
