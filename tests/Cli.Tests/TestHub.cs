using Aspire.Hosting.Testing;
using Switchyard.AppHost.Tests;

namespace Switchyard.Cli.Tests;

/// <summary>The whole hub as the AppHost composes it, shared by the tests of the collection.</summary>
[CollectionDefinition(Name)]
public sealed class TestHub() : HubFixture("embedded"), ICollectionFixture<TestHub>
{
    public const string Name = "hub";

    public string Url => App.GetEndpoint("gateway").ToString().TrimEnd('/');
}
