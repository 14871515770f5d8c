using Switchyard.RunnerService;
using Switchyard.RunnerService.Artifacts;
using Switchyard.RunnerService.Events;
using Switchyard.RunnerService.Flags;
using Switchyard.RunnerService.Internal;
using Switchyard.RunnerService.Runs;
using Switchyard.RunnerService.Samples;
using Switchyard.RunnerService.Signals;
using Switchyard.RunnerService.Steps;
using Switchyard.ServiceDefaults;
using Switchyard.Storage;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddStorage();
builder.AddSteps();
builder.AddEngine().AddFlags().AddQueue().AddRuns().AddUpkeep();

var app = builder.Build();
app.MapDefaultEndpoints();
app.UseCaller("/samples/", ProcessJobsApi.Path);
app.MapRuns();
app.MapEvents();
app.MapSignals();
app.MapArtifacts();
app.MapProcessJobs();
app.MapFlags();
app.MapSamples();
app.Run();
