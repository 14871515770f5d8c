namespace Switchyard.AppHost.Tests;

public sealed class DataDirectoryTests
{
    [Fact]
    public void P1_hubs_of_one_checkout_take_folders_of_their_own_and_free_them_again()
    {
        var usual = Path.Combine(HubFolder.Make(), ".data");
        var first = DataDirectory.FirstUnused(usual);
        first.Take();
        using (var second = DataDirectory.FirstUnused(usual))
        {
            second.Take();
            using var third = DataDirectory.FirstUnused(usual);

            Assert.Equal(usual, first.Path);
            Assert.Equal($"{usual}-2", second.Path);
            Assert.Equal($"{usual}-3", third.Path);
        }

        first.Dispose();
        Assert.Equal(usual, DataDirectory.FirstUnused(usual).Path);
        Directory.Delete(Path.GetDirectoryName(usual)!, recursive: true);
    }
}
