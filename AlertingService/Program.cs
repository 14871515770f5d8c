using Switchyard.ServiceDefaults;
using Switchyard.Storage;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddStorage();

var app = builder.Build();
app.MapDefaultEndpoints();
app.UseCaller();
app.Run();
