using System.Text.Json;
using System.Text.Json.Serialization;
using Switchyard.Contracts.Problems;
using Switchyard.Contracts.Runs;
using Switchyard.Contracts.Workflows;

namespace Switchyard.Contracts.Json;

/// <summary>Generated serializers for the records that cross the wire on hot paths.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = WireJson.MaxDepth)]
[JsonSerializable(typeof(StartRunRequest))]
[JsonSerializable(typeof(CancelRunRequest))]
[JsonSerializable(typeof(RunView))]
[JsonSerializable(typeof(JobView))]
[JsonSerializable(typeof(RunEventView))]
[JsonSerializable(typeof(ArtifactView))]
[JsonSerializable(typeof(IReadOnlyList<JobView>))]
[JsonSerializable(typeof(IReadOnlyList<RunEventView>))]
[JsonSerializable(typeof(Page<RunView>))]
[JsonSerializable(typeof(Page<JobView>))]
[JsonSerializable(typeof(Page<RunEventView>))]
[JsonSerializable(typeof(Page<ArtifactView>))]
[JsonSerializable(typeof(ProblemError))]
[JsonSerializable(typeof(IReadOnlyList<ProblemError>))]
[JsonSerializable(typeof(Diagnostic))]
[JsonSerializable(typeof(IReadOnlyList<Diagnostic>))]
[JsonSerializable(typeof(CompatibilityReport))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(string))]
public sealed partial class ContractsJsonContext : JsonSerializerContext;
