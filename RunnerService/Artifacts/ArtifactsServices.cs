using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Switchyard.RunnerService.Artifacts;

/// <summary>Registers the artifact store; calling it twice is harmless.</summary>
public static class ArtifactsServices
{
    public static IHostApplicationBuilder AddArtifacts(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ArtifactOptions>().BindConfiguration("Runner").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddSingleton(services =>
        {
            var options = services.GetRequiredService<IOptions<ArtifactOptions>>().Value;
            var root = options.ArtifactsDirectory.Length > 0
                ? options.ArtifactsDirectory
                : Path.Combine(builder.Configuration["Hub:DataDirectory"] is { Length: > 0 } data ? data : ".data", "artifacts");
            return new ArtifactFiles(root, options.MaxArtifactBytes);
        });
        builder.Services.TryAddSingleton<ArtifactStore>();
        return builder;
    }
}
