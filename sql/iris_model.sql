CREATE OR REPLACE MODEL bqml_tutorial.iris_model
OPTIONS(model_type='logistic_reg', input_label_cols=['species'], max_iterations=10) AS
SELECT * FROM `bigquery-public-data.ml_datasets.iris`
