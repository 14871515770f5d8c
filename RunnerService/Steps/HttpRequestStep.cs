using System.Text.Json;
using Microsoft.Extensions.Options;
using Switchyard.RunnerService.Artifacts;
using Switchyard.ServiceDefaults.Egress;

namespace Switchyard.RunnerService.Steps;

/// <summary>Calls an HTTP endpoint and gives <c>{ status, headers, body }</c>.</summary>
public sealed class HttpRequestStep(StepHttp http, SecretReferences secrets, ArtifactStore artifacts, IOptions<StepOptions> options) : IStep
{
    /// <summary>How much of an unwanted answer is kept when the wanted one would have gone to an artifact.</summary>
    private const long MaxErrorBytes = 64 << 10;

    public string Action => "http.request";

    public bool IsPure => false;

    public async ValueTask<StepOutcome> ExecuteAsync(StepContext context, CancellationToken stop)
    {
        var (fields, refusal) = HttpRequestFields.Read(context.With, options.Value);
        if (fields is null) return refusal!;

        var headers = new List<KeyValuePair<string, string>>();
        if (fields.Headers.ValueKind == JsonValueKind.Object)
        {
            foreach (var header in fields.Headers.EnumerateObject())
            {
                if (header.Value.ValueKind is JsonValueKind.Null) continue;
                var value = await ValueAsync(header.Value, context, stop);
                if (value is SecretAnswer.Refused refused) return new StepOutcome.Permanent(refused.Code, $"Header '{header.Name}': {refused.Message}");
                headers.Add(new(header.Name, ((SecretAnswer.Found)value).Value));
            }
        }

        var (request, reason) = fields.ToRequest(headers);
        if (request is null) return new StepOutcome.Permanent(StepWith.InvalidCode, $"The request cannot be sent: {reason}.");
        using (request)
        {
            if (!fields.FollowRedirects) request.Options.Set(EgressHandler.KeepRedirect, true);
            return await http.ExchangeAsync(context, fields.Name, request, (response, limit) => ReadAsync(context, fields, response, limit), stop);
        }
    }

    private async ValueTask<SecretAnswer> ValueAsync(JsonElement value, StepContext context, CancellationToken stop) => value.ValueKind switch
    {
        JsonValueKind.String => new SecretAnswer.Found(value.GetString()!),
        JsonValueKind.Object => await secrets.ResolveAsync(value, context, stop),
        JsonValueKind.Array => new SecretAnswer.Refused(StepWith.InvalidCode, "a header has one value."),
        _ => new SecretAnswer.Found(value.GetRawText()),
    };

    private async Task<StepOutcome> ReadAsync(StepContext context, HttpRequestFields fields, HttpResponseMessage response, CancellationToken stop)
    {
        var wanted = fields.Expected((int)response.StatusCode);
        if (wanted && fields.SaveAs is not null) return await SaveAsync(context, fields, response, stop);

        var limit = fields.SaveAs is null ? fields.MaxResponseBytes : MaxErrorBytes;
        var body = await ReadBodyAsync(response, limit, stop);
        // What is not wanted is shown as it is: an error page is seldom of the type that was asked for.
        if (HttpOutput.Write(response, body, wanted ? fields.ResponseType : "auto") is not { } output) return new StepOutcome.Permanent("HTTP_BODY_NOT_JSON", $"{fields.Name} answered {(int)response.StatusCode} with a body that is not JSON.");
        return wanted ? new StepOutcome.Succeeded(output) : StepHttp.Unwanted(context, fields.Name, response, output);
    }

    private async Task<StepOutcome> SaveAsync(StepContext context, HttpRequestFields fields, HttpResponseMessage response, CancellationToken stop)
    {
        var type = fields.SaveContentType ?? response.Content.Headers.ContentType?.ToString() ?? "application/octet-stream";
        await using var body = await response.Content.ReadAsStreamAsync(stop);
        var artifact = await artifacts.WriteAsync(context.Run, context.StepId, fields.SaveAs!, type, body, stop);
        return new StepOutcome.Succeeded(HttpOutput.Write(response, artifact));
    }

    private static async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, long limit, CancellationToken stop)
    {
        await using var body = await EgressClient.OpenBodyAsync(response, limit, stop);
        using var bytes = new MemoryStream();
        await body.CopyToAsync(bytes, stop);
        return bytes.ToArray();
    }
}
