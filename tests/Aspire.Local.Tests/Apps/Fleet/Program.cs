using Microsoft.Extensions.Configuration;

// An AppHost like any other: a service with replicas, one that waits for it, a program, and what a deployment needs.
var builder = DistributedApplication.CreateBuilder(args);
var greeting = builder.AddParameter("greeting", "hello", publishValueAsDefault: true);
var secret = builder.AddParameter("secret-word", () => "swordfish", secret: true);
var depot = builder.AddConnectionString("depot", ReferenceExpression.Create($"Data Source=depot.db;Greeting={greeting}"));

var back = builder.AddProject<Projects.Echo>("back", launchProfileName: null)
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/ready")
    .WithEnvironment("ECHO_CHILD", builder.Configuration["child"] ?? "600")
    .WithReference(depot)
    .WithReplicas(2);

var front = builder.AddProject<Projects.Echo>("front", launchProfileName: null)
    .WithHttpEndpoint(port: builder.Configuration.GetValue<int?>("port"))
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/ready")
    .WithEnvironment("GREETING", greeting)
    .WithEnvironment("SECRET", secret)
    .WithReference(back)
    .WaitFor(back);

if (builder.Configuration["fails"] is { } sentence)
{
    front.WithEnvironment("ECHO_FAILS", sentence);
}

if (builder.ExecutionContext.IsPublishMode)
{
    var database = builder.AddPostgres("postgres").WithDataVolume().AddDatabase("orders");
    front.WithReference(database).WithReference(builder.AddRedis("redis").WithDataVolume());
}
else
{
    builder.AddExecutable("ticker", "/bin/sh", ".", "-c", "while :; do echo tick; sleep 1; done");
}

front.OnResourceReady((_, _, _) =>
{
    Console.WriteLine($"fleet is ready at {front.GetEndpoint("http").Url}");
    return Task.CompletedTask;
});
builder.Build().Run();
