using System.Text.Json;
using System.Text.Json.Serialization;

namespace Switchyard.ScriptHost;

/// <summary>What the runner asks of a script host: one script, its input and its limits.</summary>
public sealed record ScriptJob
{
    public required string Source { get; init; }

    public JsonElement Input { get; init; }

    public required ScriptLimits Limits { get; init; }
}

/// <summary>
/// The limits that the host itself keeps. They make failures readable; what cannot be broken is around the process: its
/// address space, its CPU time, and the runner's clock.
/// </summary>
public sealed record ScriptLimits
{
    public required int MaxStatements { get; init; }
    public required int MaxRecursion { get; init; }
    public required int MaxOutputBytes { get; init; }

    /// <summary>How long one regular expression may search.</summary>
    public required int RegexMs { get; init; }
}

/// <summary>What came of it: an output as JSON text, or an error.</summary>
public sealed record ScriptAnswer
{
    public string? Output { get; init; }
    public ScriptError? Error { get; init; }

    /// <summary>What the script wrote with <c>console.log</c>.</summary>
    public IReadOnlyList<string> Log { get; init; } = [];
}

/// <summary>Why a script failed, and where in it.</summary>
public sealed record ScriptError(string Code, string Message, int? Line = null, int? Column = null);

/// <summary>The codes of <see cref="ScriptError"/>.</summary>
public static class ScriptCodes
{
    public const string Timeout = "SCRIPT_TIMEOUT";
    public const string Memory = "SCRIPT_MEMORY";
    public const string Recursion = "SCRIPT_RECURSION";
    public const string OutputTooLarge = "SCRIPT_OUTPUT_TOO_LARGE";
    public const string Failed = "SCRIPT_ERROR";
}

/// <summary>The wire form of jobs and answers, generated so that a host starts without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 128)]
[JsonSerializable(typeof(ScriptJob))]
[JsonSerializable(typeof(ScriptAnswer))]
public sealed partial class ScriptJson : JsonSerializerContext;
