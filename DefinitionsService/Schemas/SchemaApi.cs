using System.Text;
using Microsoft.Net.Http.Headers;
using Switchyard.Contracts.Workflows;

namespace Switchyard.DefinitionsService.Schemas;

/// <summary>The published JSON Schema of a workflow document; open to everyone, so that editors can fetch it.</summary>
public static class SchemaApi
{
    public const string Path = "/v1/schema/workflow.json";

    private static readonly byte[] Schema = Encoding.UTF8.GetBytes(WorkflowSchema.Json);
    private static readonly EntityTagHeaderValue ETag = new($"\"{CanonicalJson.Digest(Schema)}\"");

    public static void MapSchema(this IEndpointRouteBuilder routes) =>
        routes.MapMethods(Path, [HttpMethods.Get, HttpMethods.Head], (HttpResponse response) =>
        {
            response.Headers.CacheControl = "public, max-age=300";
            return TypedResults.File(Schema, "application/schema+json", entityTag: ETag);
        }).WithTags("Schema");
}
