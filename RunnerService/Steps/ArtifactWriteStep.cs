using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.StaticFiles;
using Switchyard.RunnerService.Artifacts;

namespace Switchyard.RunnerService.Steps;

/// <summary>Keeps <c>content</c> as a file of the run: text as it is (or <c>encoding: base64</c>), anything else as JSON.</summary>
public sealed class ArtifactWriteStep(ArtifactStore artifacts) : IStep
{
    private static readonly FileExtensionContentTypeProvider Types = new() { Mappings = { [".md"] = "text/markdown", [".yaml"] = "application/yaml", [".yml"] = "application/yaml", [".jsonl"] = "application/jsonl" } };

    public string Action => "artifact.write";

    public bool IsPure => false;

    public async ValueTask<StepOutcome> ExecuteAsync(StepContext context, CancellationToken stop)
    {
        var with = new StepWith(context.With);
        var name = with.Text("name");
        var content = with.Field("content");
        var encoding = with.OneOf("encoding", "utf-8", "base64");
        var type = with.TextOr("contentType", "") is { Length: > 0 } given ? given : DefaultType(name, content);
        if (with.Refusal is null && ArtifactName.WhyNot(name) is { } reason) with.Refuse($"'{name}' cannot name an artifact: {reason}.");
        if (content.ValueKind == JsonValueKind.Undefined) with.Refuse("'content' is missing.");
        if (!MediaTypeHeaderValue.TryParse(type, out _)) with.Refuse($"'{type}' is not a content type.");
        if (with.Refusal is null && Bytes(content, encoding) is null) with.Refuse("'content' is not base64.");
        if (with.Refusal is { } refusal) return refusal;

        try
        {
            using var bytes = new MemoryStream(Bytes(content, encoding)!, writable: false);
            var artifact = await artifacts.WriteAsync(context.Run, context.StepId, name, type, bytes, stop);
            return new StepOutcome.Succeeded(JsonSerializer.SerializeToElement(
                new { name = artifact.Name, size = artifact.SizeBytes, sha256 = artifact.Sha256, contentType = artifact.ContentType }));
        }
        catch (ArtifactTooLargeException e)
        {
            return new StepOutcome.Permanent("ARTIFACT_TOO_LARGE", e.Message);
        }
    }

    private static byte[]? Bytes(JsonElement content, string encoding)
    {
        if (content.ValueKind != JsonValueKind.String) return Encoding.UTF8.GetBytes(content.GetRawText());
        if (encoding != "base64") return Encoding.UTF8.GetBytes(content.GetString()!);
        return content.TryGetBytesFromBase64(out var bytes) ? bytes : null;
    }

    private static string DefaultType(string name, JsonElement content)
    {
        var type = Types.TryGetContentType(name, out var known) ? known
            : content.ValueKind == JsonValueKind.String ? "text/plain"
            : "application/json";
        return type.StartsWith("text/", StringComparison.Ordinal) ? $"{type}; charset=utf-8" : type;
    }
}
