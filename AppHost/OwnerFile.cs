using System.Text;

namespace Switchyard.AppHost;

/// <summary>A small secret in a file that only its owner can read.</summary>
internal static class OwnerFile
{
    private static readonly Lock Gate = new();

    /// <summary>What the file holds, made on the first call.</summary>
    public static string ReadOrMake(string path, Func<string> make, out bool isNew)
    {
        lock (Gate)
        {
            if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } known)
            {
                isNew = false;
                return known;
            }

            isNew = true;
            var made = make();
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);

            // Made with its mode, not changed to it later: in between others could read it.
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var file = new StreamWriter(path, Encoding.ASCII, options);
            file.Write(made);
            return made;
        }
    }
}
