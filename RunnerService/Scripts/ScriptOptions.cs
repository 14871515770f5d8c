using System.ComponentModel.DataAnnotations;

namespace Switchyard.RunnerService.Scripts;

/// <summary>How much of the machine scripts may use; section <c>Scripts</c>.</summary>
public sealed class ScriptOptions
{
    /// <summary>How many scripts run at once, each in a process of its own. Default: one per processor.</summary>
    [Range(1, 64)]
    public int MaxProcesses { get; set; } = Environment.ProcessorCount;

    /// <summary>How many scripts a process runs before a fresh one takes its place. Default 200.</summary>
    [Range(1, 10_000)]
    public int ScriptsPerProcess { get; set; } = 200;

    /// <summary>The processor time a process may have used before it is replaced. Default 20 seconds.</summary>
    public TimeSpan CpuPerProcess { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a script may run unless its step says otherwise. Default 5 seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most that a step may ask for. Default 10 minutes.</summary>
    public TimeSpan MaxTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The heap of a process, in bytes. Default 96 MiB.</summary>
    [Range(32L << 20, 4L << 30)]
    public long HeapBytes { get; set; } = 96L << 20;

    /// <summary>The largest output as JSON, in bytes. Default 1 MiB.</summary>
    [Range(1_024, 64 << 20)]
    public int MaxOutputBytes { get; set; } = 1 << 20;

    /// <summary>The largest input as JSON, in bytes. Default 4 MiB.</summary>
    [Range(1_024, 32 << 20)]
    public int MaxInputBytes { get; set; } = 4 << 20;

    /// <summary>The longest source, in characters. Default 256 Ki.</summary>
    [Range(1_024, 4 << 20)]
    public int MaxSourceLength { get; set; } = 256 << 10;

    [Range(1_000, int.MaxValue)]
    public int MaxStatements { get; set; } = 20_000_000;

    [Range(10, 1_000)]
    public int MaxRecursion { get; set; } = 250;
}
