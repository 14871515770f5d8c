using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>Runs containers through docker or podman in the foreground, so that they are processes like the others.</summary>
internal sealed class ContainerRuntime
{
    private readonly Lazy<Task<string>> program = new(FindAsync);

    public async Task<Launch> LaunchAsync(ContainerResource container, string id, Dictionary<string, string> environment, IReadOnlyList<string> arguments)
    {
        var runtime = await program.Value;
        var name = ContainerName(id);
        List<string> line = ["run", "--rm", "--name", name, "--add-host", "host.docker.internal:host-gateway"];
        foreach (var endpoint in container.Annotations.Of<EndpointAnnotation>())
        {
            line.AddRange(["-p", $"127.0.0.1:{endpoint.AllocatedEndpoint!.Port}:{endpoint.TargetPort ?? endpoint.AllocatedEndpoint.Port}"]);
        }

        foreach (var mount in container.Annotations.Of<ContainerMountAnnotation>())
        {
            line.AddRange(["-v", $"{(mount.Source is null ? "" : mount.Source + ":")}{mount.Target}{(mount.IsReadOnly ? ":ro" : "")}"]);
        }

        // Names only: the values come from the environment of the runtime, and stay out of the process list.
        foreach (var variable in environment.Keys)
        {
            line.AddRange(["-e", variable]);
        }

        if (container.Entrypoint is { } entrypoint)
        {
            line.AddRange(["--entrypoint", entrypoint]);
        }

        var image = container.Annotations.Of<ContainerImageAnnotation>().LastOrDefault()
            ?? throw new DistributedApplicationException($"Container '{container.Name}' has no image.");
        return new(runtime, [.. line, image.Reference, .. arguments], Directory.GetCurrentDirectory(), environment);
    }

    /// <summary>Removes what a container may have left, if its client was ended before it.</summary>
    public async Task RemoveAsync(string id) => await TryAsync(await program.Value, "rm", "-f", ContainerName(id));

    private static string ContainerName(string id) => $"{id}-{Environment.ProcessId}";

    private static async Task<string> FindAsync()
    {
        var installed = new List<string>();
        foreach (var name in new[] { "docker", "podman" })
        {
            if (await TryAsync(name, "--version"))
            {
                installed.Add(name);
                if (await TryAsync(name, "info"))
                {
                    return name;
                }
            }
        }

        throw new DistributedApplicationException(installed.Count == 0
            ? "The application holds containers, but neither docker nor podman is installed: install one of them, or choose an infrastructure without containers."
            : $"The application holds containers, but {string.Join(" and ", installed)} does not answer: start it, or choose an infrastructure without containers.");
    }

    private static async Task<bool> TryAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            var read = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            await read;
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
