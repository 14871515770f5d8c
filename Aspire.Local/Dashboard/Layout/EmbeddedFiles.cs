using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Dashboard.Layout;

/// <summary>The files of wwwroot, from inside the assembly.</summary>
internal static class EmbeddedFiles
{
    private const string Prefix = "wwwroot/";
    private static readonly Lazy<FrozenDictionary<string, Asset>> all = new(Load);

    /// <summary>The address of a file; it changes with the content, so a browser may keep it for ever.</summary>
    public static string Url(string path) => $"/assets/{path}?v={all.Value[path].Version}";

    public static void MapEmbeddedFiles(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/assets/{**path}", (string path, HttpContext context) =>
        {
            if (!all.Value.TryGetValue(path, out var asset)) return Results.NotFound();
            context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
            return Results.Bytes(asset.Content, asset.Type);
        });

    private static FrozenDictionary<string, Asset> Load()
    {
        var assembly = typeof(EmbeddedFiles).Assembly;
        var found = new Dictionary<string, Asset>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames())
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            using var stream = assembly.GetManifestResourceStream(name)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            found[name[Prefix.Length..]] = new(content, TypeOf(name), Convert.ToHexStringLower(SHA256.HashData(content))[..12]);
        }

        return found.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };

    private sealed record Asset(byte[] Content, string Type, string Version);
}
