namespace Switchyard.AppHost;

/// <summary>The folder of one hub; a lock in it keeps a second hub from sharing it by accident.</summary>
internal sealed class DataDirectory : IDisposable
{
    private const string LockFile = "hub.lock";
    private readonly string? taken;
    private FileStream? held;

    private DataDirectory(string path, string? taken)
    {
        Path = path;
        this.taken = taken;
    }

    public string Path { get; }

    public static DataDirectory At(string path) => new(path, null);

    /// <summary>The usual folder, or the next numbered one beside it when another hub of this checkout runs.</summary>
    public static DataDirectory FirstUnused(string usual)
    {
        var path = usual;
        for (var number = 2; IsInUse(path); number++)
        {
            path = $"{usual}-{number}";
        }

        return new(path, path == usual ? null : usual);
    }

    /// <summary>Makes the folder and locks it.</summary>
    /// <exception cref="DistributedApplicationException">It cannot be written, or another hub has it.</exception>
    public void Take()
    {
        try
        {
            Directory.CreateDirectory(Path);
            held = new(System.IO.Path.Combine(Path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsInUse(Path))
        {
            throw new DistributedApplicationException($"Another hub keeps its data in {Path}: stop it, or give this one its own folder with Hub__DataDirectory=/path.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException($"The data folder {Path} cannot be written ({e.Message.TrimEnd('.')}): make it writable, or choose another with Hub__DataDirectory=/path.", e);
        }

        if (taken is not null)
        {
            Console.WriteLine($"Another hub keeps its data in {taken}; this one uses {Path}.");
        }
    }

    public void Dispose() => held?.Dispose();

    private static bool IsInUse(string path)
    {
        var file = System.IO.Path.Combine(path, LockFile);
        if (!File.Exists(file))
        {
            return false;
        }

        try
        {
            using var probe = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
