using Switchyard.Gateway.Access;
using Switchyard.Gateway.Edge;
using Switchyard.Gateway.Forwarding;
using Switchyard.Gateway.Settings;
using Switchyard.ServiceDefaults;
using Switchyard.Storage;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddGatewaySettings();
builder.AddStorage();
builder.AddEdge().AddAccess().AddProxy();

var app = builder.Build();
app.UseResponseHeaders();
app.MapDefaultEndpoints();
app.UsePathGuard();
app.MapFrontDoor();
app.MapProxy();
app.Run();
