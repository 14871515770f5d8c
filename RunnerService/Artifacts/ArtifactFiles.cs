using System.Buffers;
using System.Security.Cryptography;

namespace Switchyard.RunnerService.Artifacts;

/// <summary>
/// The artifacts on disk: a folder per org and run. A file appears under its name only when it is whole and on the disk, and
/// nothing outside the folder is ever read or written, whatever a row or a planted link says.
/// </summary>
public sealed class ArtifactFiles
{
    private readonly string _root;
    private readonly long _maxBytes;

    public ArtifactFiles(string root, long maxBytes)
    {
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        _maxBytes = maxBytes;
    }

    public static string WorkdirOf(string org, Guid runId) => ArtifactName.WhyNot(org) is { } reason
        ? throw new ArtifactOutsideException($"'{org}' cannot name a folder: {reason}.")
        : Path.Combine(org, runId.ToString("D"));

    /// <summary>Copies <paramref name="content"/> to a new file of the run and says what came.</summary>
    public async Task<WrittenFile> WriteAsync(string workdir, string name, Stream content, CancellationToken stop)
    {
        // A name of its own for every write: the row decides which file counts, so replacing is one statement and a
        // reader of the old content is not disturbed.
        var path = $"{Guid.CreateVersion7():N}-{name}";
        var target = Contained(workdir, path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        RefuseLinks(target);
        var part = target + ".part";

        try
        {
            var (size, sha256) = await CopyAsync(name, content, part, stop);
            File.Move(part, target);
            DirectorySync.Flush(Path.GetDirectoryName(target)!);
            return new WrittenFile(path, size, sha256);
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }

    /// <summary>Null when the file is gone.</summary>
    public FileStream? Open(string workdir, string path)
    {
        var file = Contained(workdir, path);
        RefuseLinks(file);
        try
        {
            return new FileStream(file, new FileStreamOptions
            {
                Access = FileAccess.Read,
                Mode = FileMode.Open,
                Options = FileOptions.Asynchronous,
                Share = FileShare.Read | FileShare.Delete,
            });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Delete(string workdir, string path)
    {
        var file = Contained(workdir, path);
        RefuseLinks(file);
        if (File.Exists(file)) File.Delete(file);
    }

    private async Task<(long Size, string Sha256)> CopyAsync(string name, Stream content, string part, CancellationToken stop)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(81_920);
        try
        {
            await using var file = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            long size = 0;
            for (int read; (read = await content.ReadAsync(buffer, stop)) > 0; size += read)
            {
                if (size + read > _maxBytes) throw new ArtifactTooLargeException(name, _maxBytes);
                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), stop);
            }

            file.Flush(flushToDisk: true);
            return (size, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The absolute path, which must lie strictly inside the workdir, and that strictly inside the root.</summary>
    private string Contained(string workdir, string path)
    {
        var folder = Path.GetFullPath(Path.Combine(_root, workdir));
        var file = Path.GetFullPath(Path.Combine(folder, path));
        return IsInside(folder, _root) && IsInside(file, folder)
            ? file
            : throw new ArtifactOutsideException($"'{path}' does not lie inside the run's folder '{workdir}'.");
    }

    private static bool IsInside(string path, string folder) =>
        path.Length > folder.Length + 1 && path.StartsWith(folder, StringComparison.Ordinal) && path[folder.Length] == Path.DirectorySeparatorChar;

    private void RefuseLinks(string path)
    {
        for (var part = path; part.Length > _root.Length; part = Path.GetDirectoryName(part)!)
        {
            if (new FileInfo(part).LinkTarget is not null) throw new ArtifactOutsideException($"'{part[(_root.Length + 1)..]}' is a symbolic link.");
        }
    }
}

/// <summary>A file that has reached the disk.</summary>
public readonly record struct WrittenFile(string Path, long Size, string Sha256);
