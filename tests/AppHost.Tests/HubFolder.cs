namespace Switchyard.AppHost.Tests;

/// <summary>A new folder for a hub's data, which the users of local servers can reach.</summary>
internal static class HubFolder
{
    public static string Make()
    {
        var folder = Directory.CreateTempSubdirectory("hub-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        return folder;
    }
}
