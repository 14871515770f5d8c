using Switchyard.DefinitionsService.Environments;
using Switchyard.DefinitionsService.Organizations;
using Switchyard.DefinitionsService.Schemas;
using Switchyard.DefinitionsService.Versions;
using Switchyard.DefinitionsService.Workflows;
using Switchyard.ServiceDefaults;
using Switchyard.Storage;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddStorage();
builder.AddOrganizations().AddWorkflows().AddEnvironments();

var app = builder.Build();
app.MapDefaultEndpoints();
app.UseCaller(SchemaApi.Path);
app.MapOrganizations();
app.MapWorkflows();
app.MapVersions();
app.MapEnvironments();
app.MapSeedPaths();
app.MapSchema();
app.Run();
