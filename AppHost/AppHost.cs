using Switchyard.AppHost;

var builder = DistributedApplication.CreateBuilder(args);
using var hub = Hub.Open(builder);
var infrastructure = Infrastructure.Choose(builder, hub);

var definitions = builder.AddProject<Projects.DefinitionsService>("definitions", launchProfileName: null)
    .AsService(hub)
    .With(infrastructure);

// The others wait for definitions because it is the first to migrate the database.
var runner = builder.AddProject<Projects.RunnerService>("runner", launchProfileName: null)
    .AsService(hub)
    .With(infrastructure)
    .WithReference(definitions).WaitFor(definitions)
    .WithSamples(hub)
    .WithReplicas(hub.RunnerReplicas);

var alerting = builder.AddProject<Projects.AlertingService>("alerting", launchProfileName: null)
    .AsService(hub)
    .With(infrastructure)
    .WithReference(definitions).WaitFor(definitions)
    .WithReference(runner);

definitions.WithReference(runner);
runner.WithReference(alerting);

var gateway = builder.AddProject<Projects.Gateway>("gateway", launchProfileName: null)
    .AsFrontDoor(hub)
    .With(infrastructure)
    .WithReference(definitions).WaitFor(definitions)
    .WithReference(runner)
    .WithReference(alerting);

hub.AnnounceWhenReady(gateway, definitions, runner, alerting);
builder.Build().Run();
